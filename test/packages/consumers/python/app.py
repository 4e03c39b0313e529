import jsii
from aws_cdk import App, Environment, Stack
from aws_cdk.aws_codecommit import Repository
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from cdk_org_environments import (
    Account, AccountPipelineBranch, AccountStack, BranchOptions, EnvironmentsDashboard, Organization,
    OrganizationAccess, OrganizationAccessRole, PipelineDefinition, PipelineNotifications, PipelineOptions,
    PipelinePlan, PipelineStage, PipelineStep, Source,
)

REGION = "eu-west-1"


class Script(PipelineDefinition):
    """Runs a script instead of deploying a CDK app."""

    @jsii.member(jsii_name="plan")
    def plan(self) -> PipelinePlan:
        step = PipelineStep(
            name="Deploy", description="Runs the script of the commit", commands=["sh deploy.sh"],
        )
        return PipelinePlan(stages=[PipelineStage(name="Deploy", steps=[step])])


app = App()
management = Stack(app, "Management", env=Environment(account="999999999999", region=REGION))
OrganizationAccessRole(
    management, "Access", cicd_account_id="222222222222", organization_id="o-exampleorgid",
)

cicd = Stack(app, "Cicd", env=Environment(account="222222222222", region=REGION))
cicd.add_stack_dependency(management)
organization = Organization(
    cicd, "Organization",
    organization_id="o-exampleorgid",
    access=OrganizationAccess.role("arn:aws:iam::999999999999:role/org-environments-access"),
)
source = Source.code_commit(Repository.from_repository_name(cicd, "Repository", "shop"))


def vend(name: str) -> Account:
    return Account(
        cicd, f"{name}-account",
        organization=organization,
        account_name=f"shop-{name}",
        email=f"aws+shop-{name}@example.com",
        organizational_unit="Workloads/Test",
    )


prod = vend("prod")
AccountPipelineBranch(
    cicd, "prod",
    organization=organization,
    account=prod,
    branch=BranchOptions(source=source, branch_name="env/prod"),
    pipeline=PipelineOptions(approval=True),
)
AccountPipelineBranch(
    cicd, "test",
    organization=organization,
    account=vend("test"),
    branch=BranchOptions(source=source, branch_name="env/test", parent_branch_name="env/prod"),
    pipeline=PipelineOptions(definition=PipelineDefinition.cdk(smoke_test_commands=["npm run smoke-test"])),
)
AccountPipelineBranch(
    cicd, "existing",
    organization=organization,
    account=Account.from_account_id(cicd, "existing-account", "123456789012"),
    branch=BranchOptions(source=source, branch_name="env/existing", parent_branch_name="env/test"),
    pipeline=PipelineOptions(definition=Script()),
)

alarms = AccountStack(cicd, "Alarms", organization=organization, account=prod)
Topic(alarms, "Topic", topic_name="alarms", enforce_ssl=True)

notifications = PipelineNotifications(
    cicd, "Notifications", organization=organization, environment_names=["prod"],
)
notifications.topic.add_subscription(EmailSubscription("oncall@example.com"))
EnvironmentsDashboard(cicd, "Dashboard", organization=organization, dashboard_name="environments")

app.synth()
