package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodecommit"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"
	orgs "github.com/cdk-org-environments/cdk-org-environments-go/cdkorgenvironments"
)

const region = "eu-west-1"

// script runs a script instead of deploying a CDK app.
type script struct {
	orgs.PipelineDefinition
}

func newScript() orgs.PipelineDefinition {
	definition := &script{}
	orgs.NewPipelineDefinition_Override(definition)
	return definition
}

func (*script) Plan() *orgs.PipelinePlan {
	step := &orgs.PipelineStep{
		Name:        jsii.String("Deploy"),
		Description: jsii.String("Runs the script of the commit"),
		Commands:    jsii.Strings("sh deploy.sh"),
	}
	return &orgs.PipelinePlan{
		Stages: &[]*orgs.PipelineStage{{Name: jsii.String("Deploy"), Steps: &[]*orgs.PipelineStep{step}}},
	}
}

func stack(app awscdk.App, id, account string) awscdk.Stack {
	return awscdk.NewStack(app, &id, &awscdk.StackProps{
		Env: &awscdk.Environment{Account: &account, Region: jsii.String(region)},
	})
}

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	management := stack(app, "Management", "999999999999")
	orgs.NewOrganizationAccessRole(management, jsii.String("Access"), &orgs.OrganizationAccessRoleProps{
		CicdAccountId:  jsii.String("222222222222"),
		OrganizationId: jsii.String("o-exampleorgid"),
	})

	cicd := stack(app, "Cicd", "222222222222")
	cicd.AddStackDependency(management, nil)
	accessRoleArn := jsii.String("arn:aws:iam::999999999999:role/org-environments-access")
	organization := orgs.NewOrganization(cicd, jsii.String("Organization"), &orgs.OrganizationProps{
		OrganizationId: jsii.String("o-exampleorgid"),
		Access:         orgs.OrganizationAccess_Role(accessRoleArn, nil),
	})
	repository := awscodecommit.Repository_FromRepositoryName(cicd, jsii.String("Repository"), jsii.String("shop"))
	source := orgs.Source_CodeCommit(repository)
	vend := func(name string) orgs.Account {
		return orgs.NewAccount(cicd, jsii.String(name+"-account"), &orgs.AccountProps{
			Organization:       organization,
			AccountName:        jsii.String("shop-" + name),
			Email:              jsii.String("aws+shop-" + name + "@example.com"),
			OrganizationalUnit: jsii.String("Workloads/Test"),
		})
	}
	branch := func(name, parent string) *orgs.BranchOptions {
		return &orgs.BranchOptions{Source: source, BranchName: &name, ParentBranchName: &parent}
	}

	prod := vend("prod")
	orgs.NewAccountPipelineBranch(cicd, jsii.String("prod"), &orgs.AccountPipelineBranchProps{
		Organization: organization,
		Account:      prod,
		Branch:       &orgs.BranchOptions{Source: source, BranchName: jsii.String("env/prod")},
		Pipeline:     &orgs.PipelineOptions{Approval: jsii.Bool(true)},
	})
	definition := orgs.PipelineDefinition_Cdk(&orgs.CdkPipelineOptions{
		SmokeTestCommands: jsii.Strings("npm run smoke-test"),
	})
	orgs.NewAccountPipelineBranch(cicd, jsii.String("test"), &orgs.AccountPipelineBranchProps{
		Organization: organization,
		Account:      vend("test"),
		Branch:       branch("env/test", "env/prod"),
		Pipeline:     &orgs.PipelineOptions{Definition: definition},
	})
	orgs.NewAccountPipelineBranch(cicd, jsii.String("existing"), &orgs.AccountPipelineBranchProps{
		Organization: organization,
		Account:      orgs.Account_FromAccountId(cicd, jsii.String("existing-account"), jsii.String("123456789012")),
		Branch:       branch("env/existing", "env/test"),
		Pipeline:     &orgs.PipelineOptions{Definition: newScript()},
	})

	alarms := orgs.NewAccountStack(cicd, jsii.String("Alarms"), &orgs.AccountStackProps{
		Organization: organization,
		Account:      prod,
	})
	awssns.NewTopic(alarms, jsii.String("Topic"), &awssns.TopicProps{
		TopicName:  jsii.String("alarms"),
		EnforceSSL: jsii.Bool(true),
	})

	notifications := orgs.NewPipelineNotifications(
		cicd, jsii.String("Notifications"),
		&orgs.PipelineNotificationsProps{Organization: organization, EnvironmentNames: jsii.Strings("prod")},
	)
	notifications.Topic().AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String("oncall@example.com"), nil))
	orgs.NewEnvironmentsDashboard(cicd, jsii.String("Dashboard"), &orgs.EnvironmentsDashboardProps{
		Organization:  organization,
		DashboardName: jsii.String("environments"),
	})

	app.Synth(nil)
}
