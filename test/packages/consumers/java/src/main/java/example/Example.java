package example;

import io.github.cdkorgenvironments.Account;
import io.github.cdkorgenvironments.AccountPipelineBranch;
import io.github.cdkorgenvironments.AccountStack;
import io.github.cdkorgenvironments.BranchOptions;
import io.github.cdkorgenvironments.CdkPipelineOptions;
import io.github.cdkorgenvironments.EnvironmentsDashboard;
import io.github.cdkorgenvironments.Organization;
import io.github.cdkorgenvironments.OrganizationAccess;
import io.github.cdkorgenvironments.OrganizationAccessRole;
import io.github.cdkorgenvironments.PipelineDefinition;
import io.github.cdkorgenvironments.PipelineNotifications;
import io.github.cdkorgenvironments.PipelineOptions;
import io.github.cdkorgenvironments.PipelinePlan;
import io.github.cdkorgenvironments.PipelineStage;
import io.github.cdkorgenvironments.PipelineStep;
import io.github.cdkorgenvironments.Source;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.codecommit.Repository;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sns.subscriptions.EmailSubscription;

public final class Example {
    private static final String REGION = "eu-west-1";

    /** Runs a script instead of deploying a CDK app. */
    private static final class Script extends PipelineDefinition {
        @Override
        public PipelinePlan plan() {
            PipelineStep step = PipelineStep.builder()
                .name("Deploy")
                .description("Runs the script of the commit")
                .commands(List.of("sh deploy.sh"))
                .build();
            return PipelinePlan.builder()
                .stages(List.of(PipelineStage.builder().name("Deploy").steps(List.of(step)).build()))
                .build();
        }
    }

    private final Stack cicd;
    private final Organization organization;

    private Example(App app) {
        Stack management = Stack.Builder.create(app, "Management").env(environment("999999999999")).build();
        OrganizationAccessRole.Builder.create(management, "Access")
            .cicdAccountId("222222222222")
            .organizationId("o-exampleorgid")
            .build();

        cicd = Stack.Builder.create(app, "Cicd").env(environment("222222222222")).build();
        cicd.addStackDependency(management);
        organization = Organization.Builder.create(cicd, "Organization")
            .organizationId("o-exampleorgid")
            .access(OrganizationAccess.role("arn:aws:iam::999999999999:role/org-environments-access"))
            .build();
        Source source = Source.codeCommit(Repository.fromRepositoryName(cicd, "Repository", "shop"));

        Account prod = vend("prod");
        AccountPipelineBranch.Builder.create(cicd, "prod")
            .organization(organization)
            .account(prod)
            .branch(BranchOptions.builder().source(source).branchName("env/prod").build())
            .pipeline(PipelineOptions.builder().approval(true).build())
            .build();
        CdkPipelineOptions options = CdkPipelineOptions.builder()
            .smokeTestCommands(List.of("npm run smoke-test"))
            .build();
        AccountPipelineBranch.Builder.create(cicd, "test")
            .organization(organization)
            .account(vend("test"))
            .branch(branch(source, "env/test", "env/prod"))
            .pipeline(PipelineOptions.builder().definition(PipelineDefinition.cdk(options)).build())
            .build();
        AccountPipelineBranch.Builder.create(cicd, "existing")
            .organization(organization)
            .account(Account.fromAccountId(cicd, "existing-account", "123456789012"))
            .branch(branch(source, "env/existing", "env/test"))
            .pipeline(PipelineOptions.builder().definition(new Script()).build())
            .build();

        AccountStack alarms = AccountStack.Builder.create(cicd, "Alarms")
            .organization(organization)
            .account(prod)
            .build();
        Topic.Builder.create(alarms, "Topic").topicName("alarms").enforceSsl(true).build();

        PipelineNotifications notifications = PipelineNotifications.Builder.create(cicd, "Notifications")
            .organization(organization)
            .environmentNames(List.of("prod"))
            .build();
        notifications.getTopic().addSubscription(new EmailSubscription("oncall@example.com"));
        EnvironmentsDashboard.Builder.create(cicd, "Dashboard")
            .organization(organization)
            .dashboardName("environments")
            .build();
    }

    public static void main(String[] arguments) {
        App app = new App();
        new Example(app);
        app.synth();
    }

    private Account vend(String name) {
        return Account.Builder.create(cicd, name + "-account")
            .organization(organization)
            .accountName("shop-" + name)
            .email("aws+shop-" + name + "@example.com")
            .organizationalUnit("Workloads/Test")
            .build();
    }

    private static BranchOptions branch(Source source, String name, String parent) {
        return BranchOptions.builder().source(source).branchName(name).parentBranchName(parent).build();
    }

    private static Environment environment(String account) {
        return Environment.builder().account(account).region(REGION).build();
    }
}
